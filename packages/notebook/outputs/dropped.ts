// Owns how it is said that the oldest outputs of a cell are no longer kept.

/** @param count how many there were before what stands below */
export const droppedText = (count: number, what = 'line'): string =>
  `… ${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'} before`;
