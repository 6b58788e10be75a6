// Loads the readers of files on a disk.
export const loadReader = () => import('./reader');
