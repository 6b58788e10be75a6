// The exports of embeddings: maps of points, and measures of their quality.
export { PCA, pca } from './pca';
export { knnPurity, trustworthiness } from './quality';
export { type TsneMethod, type TsneProgress, tsne, tsneDivergence } from './tsne';
export { umap } from './umap';
