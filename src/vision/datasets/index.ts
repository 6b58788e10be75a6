// The public surface of `vision.datasets`.
export type { ImageDataset } from './image-dataset';
export { FashionMNIST, type IdxFiles, MNIST, type MNISTOptions } from './mnist';
