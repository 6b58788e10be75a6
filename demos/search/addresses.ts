// Where the search finds what it reads, from the site's own folder. The build puts the texts there; the names come with the reference.
export const TEXTS = 'search/texts.json';
export const REFERENCE = 'reference/';
export const NAMES = `${REFERENCE}names.json`;
