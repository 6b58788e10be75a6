// What a user writes with the doors around torch, part by part: it has to compile as it stands. This part: data.
import * as torch from 'lamplight';
import { data, type Tensor } from 'lamplight';
import { datasets, transforms } from 'lamplight/vision';

const stats: [number[], number[]] = [
  [0.4914, 0.4822, 0.4465],
  [0.247, 0.2435, 0.2616],
];
const augment = new transforms.Compose([
  new transforms.RandomCrop(32, { padding: 4 }),
  new transforms.RandomHorizontalFlip(),
  new transforms.ToTensor(),
  new transforms.Normalize(...stats),
]);
const cifar = await datasets.CIFAR10('cifar10/', { train: true, transform: augment });
const [picture, label] = cifar[0]!;
console.log(`${cifar}`, cifar.classes, picture.shape, cifar.classes[label]);

const drawings = (await torch.load('full_numpy_bitmap_violin.npy')) as Tensor;
class Drawings extends data.Dataset<[Tensor, number]> {
  constructor(
    readonly x: Tensor,
    readonly y: readonly number[],
  ) {
    super();
  }
  get length() {
    return this.y.length;
  }
  get(i: number): [Tensor, number] {
    return [this.x.at(i).view(1, 28, 28).div(255), this.y[i]!];
  }
}
export const [train, val] = data.randomSplit(
  new Drawings(drawings, Array<number>(drawings.shape[0]!).fill(0)),
  [0.8, 0.2],
);
export const loader = new data.DataLoader(train, { batchSize: 10, shuffle: true });
export const fed = new data.DataLoader(cifar, { batchSize: 64, shuffle: true, numWorkers: 2 });
