// Loads the decoder of gzip for streams that the platform's own decoder refuses.
export const loadInflate = () => import('./inflate');
