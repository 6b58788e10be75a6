// A data set of one's own, which the page and its workers know.
import { data } from 'lamplight';

export class Squares extends data.Dataset {
  constructor(length) {
    super();
    this.length = length;
  }

  get(i) {
    return [i, i * i];
  }
}
