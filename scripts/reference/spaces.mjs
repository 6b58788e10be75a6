// A sentence on each door and namespace of the library.

/** @type {Readonly<Record<string, string>>} */
export const spaceTexts = {};
