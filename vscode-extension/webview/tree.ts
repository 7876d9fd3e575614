// The documents as a tree of folders, and where each has its place in a rectangle.
import { hierarchy, HierarchyRectangularNode, treemap } from 'd3-hierarchy';
import type { Sized } from './level';

/** Documents that have a cell of their own; the smaller ones are in one cell together. */
const most = 250;
/** No cell is a smaller share of the whole, so that it can be seen and pointed at; of many together no more than a third. */
const least = (count: number): number => Math.min(1 / 150, 1 / (3 * count));

/** A folder with what is in it, a document, or (`rest`) many small documents. */
export interface Branch {
  name: string;
  /** Of a document; of a folder its own with `/` behind it. */
  path: string;
  tokens: number;
  document?: Sized;
  rest?: number;
  children?: Branch[];
}

export type Place = HierarchyRectangularNode<Branch>;

/** Every folder and document with its place in a rectangle of `width` and `height` pixels, the documents by size. */
export function places(documents: readonly Sized[], width: number, height: number): Place[] {
  const root = hierarchy(tree(documents));
  const leaves = root.leaves();
  const total = leaves.reduce((sum, { data }) => sum + data.tokens, 0);
  root.sum((branch) => (branch.children ? 0 : Math.max(branch.tokens, total * least(leaves.length), 1)));
  root.sort((one, other) => (other.value ?? 0) - (one.value ?? 0));
  const layout = treemap<Branch>()
    .size([width, height])
    .paddingInner(2)
    .paddingOuter(({ depth }) => (depth === 0 ? 0 : 3))
    .paddingTop(({ depth }) => (depth === 0 ? 0 : 20))
    .round(true);
  return layout(root)
    .descendants()
    .filter(({ depth }) => depth > 0)
    .sort((one, other) => other.data.tokens - one.data.tokens);
}

function tree(documents: readonly Sized[]): Branch {
  const [shown, rest] = [documents.slice(0, most), documents.slice(most)];
  const root: Branch = { name: '', path: '', tokens: 0, children: [] };
  for (const document of shown) {
    const names = document.path.split('/');
    const name = names.pop() ?? '';
    const folder = names.reduce(inside, root);
    folder.children?.push({ name, path: document.path, tokens: document.tokens, document });
  }
  if (rest.length > 0) {
    const tokens = rest.reduce((sum, document) => sum + document.tokens, 0);
    root.children?.push({ name: '', path: '', tokens, rest: rest.length });
  }
  return root;
}

/** The folder `name` in `parent`, made if it is not there. */
function inside(parent: Branch, name: string): Branch {
  const path = `${parent.path}${name}/`;
  const found = parent.children?.find((child) => child.path === path);
  if (found !== undefined) {
    return found;
  }
  const made: Branch = { name, path, tokens: 0, children: [] };
  parent.children?.push(made);
  return made;
}
