// The public surface of `vision.datasets`.
export { CIFAR10, CIFAR100, type CIFAR100Options, type CIFAROptions } from './cifar';
export type { DownloadSettings } from './download-settings';
export { FakeData, type FakeDataOptions } from './fake-data';
export {
  DatasetFolder,
  type DatasetFolderOptions,
  type FolderDataset,
  ImageFolder,
  type ImageFolderOptions,
  type SampleLoader,
} from './folder';
export type { ImageDataset } from './image-dataset';
export {
  EMNIST,
  type EMNISTOptions,
  type EMNISTSplit,
  FashionMNIST,
  type IdxFiles,
  KMNIST,
  MNIST,
  type MNISTOptions,
} from './mnist';
export { QuickDraw, type QuickDrawOptions } from './quick-draw';
export { type ClassNumbers, type ClassSample, findClasses, IMG_EXTENSIONS, makeDataset } from './samples';
export type { DatasetRoot } from './source';
export { type ItemTransforms, StandardTransform, VisionDataset } from './vision-dataset';
