// Loads the code that downloads and keeps files, which few programs need.
export const loadDownloads = () => import('./download');
