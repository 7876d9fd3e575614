export { Marks } from './mark';
export { Review } from './review';
export { type Place, placeIn } from './place';
