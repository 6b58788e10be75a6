// How a course's figures are written down, which its page must show: from mission.md or from PyTorch, never from our own output.

/** A number in a table of the cell: the row whose first column is `row`, in the column `column`. */
export interface ExpectedNumber {
  readonly row: string;
  /** Default: `here`. */
  readonly column?: string;
  readonly value: number;
  /** How far from it the page's number may be. Default: 0. */
  readonly within?: number;
}

export interface ExpectedCell {
  /** A part of the cell's code that no other cell has. */
  readonly cell: string;
  /** Texts that the cell's output holds; blanks and line breaks count as one blank. */
  readonly shows?: readonly (string | RegExp)[];
  readonly numbers?: readonly ExpectedNumber[];
  /** How many pictures there are at least: images of one's own and in grids. */
  readonly pictures?: number;
  readonly plots?: number;
}

export interface ExpectedCourse {
  /** Minutes that the short setting may take. Default: 3. */
  readonly minutes?: number;
  readonly cells: readonly ExpectedCell[];
}
