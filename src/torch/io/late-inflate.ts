// Loads the decoder of gzip for streams that the platform's own refuses.
export const loadInflate = () => import('./inflate');
