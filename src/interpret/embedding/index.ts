// The surface of embeddings: maps of points, and what they are judged by.
export { PCA, pca } from './pca';
export { knnPurity, trustworthiness } from './quality';
export { type TsneMethod, type TsneProgress, tsne, tsneDivergence } from './tsne';
export { umap } from './umap';
