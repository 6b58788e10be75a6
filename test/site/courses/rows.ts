// What a table says where a figure came out as it should: its name, the course's value, and the same value here.

/** Texts of rows, each a figure with its value in both columns. */
export const agreeing = (figures: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(figures).map(([figure, value]) => `${figure} ${value} ${value}`);
