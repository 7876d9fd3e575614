// What a person decides about changes, and how they are looked at.
import { l10n } from 'vscode';
import { Place, placeIn, Review } from '../review';

type Decision = (argument?: unknown) => Promise<void>;

/** The commands about one change: of a row, a lens, a code action, or of the diff that is shown. */
export function changeActions(
  review: Review,
): Record<
  | 'kinos.showChange'
  | 'kinos.acceptChange'
  | 'kinos.rejectChange'
  | 'kinos.editChange'
  | 'kinos.nextChange'
  | 'kinos.reviewChanges',
  Decision
> {
  const about =
    (decide: (place: Place) => Promise<void>): Decision =>
    (argument) =>
      decide(needed(argument));
  return {
    'kinos.showChange': about((place) => review.show(place)),
    'kinos.acceptChange': about((place) => review.accept(place)),
    'kinos.rejectChange': about((place) => review.reject(place)),
    'kinos.editChange': about((place) => review.edit(place)),
    'kinos.nextChange': (argument) => review.next(placeIn(argument)),
    'kinos.reviewChanges': () => review.begin(),
  };
}

/** @throws Error if nothing says which change is meant. */
function needed(argument: unknown): Place {
  const place = placeIn(argument);
  if (place === undefined) {
    throw new Error(l10n.t('No change is shown here. Use "KinOS: Review Changes" first.'));
  }
  return place;
}
