// The facts about CIFAR-10 and CIFAR-100: classes, file names, addresses and checksums. Source: torchvision 0.29.2,
// datasets/cifar.py; https://www.cs.toronto.edu/~kriz/cifar.html.
import type { Published } from './downloads';

/** The names of the files in one format. */
export interface CifarFiles {
  readonly folder: string;
  readonly archive: Published;
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** The file with the classes' names: a pickle, or a text with one name per line. */
  readonly meta: string;
}

/** One kind of labels: fine or coarse. */
export interface CifarLabels {
  /** Index of this label among the bytes that precede a picture in binary files. */
  readonly place: number;
  /** The key of the labels in pickles, and the key of the list of class names. */
  readonly key: string;
  readonly namesKey: string;
  readonly classes: readonly string[];
}

export interface CifarSet {
  readonly name: string;
  readonly python: CifarFiles;
  readonly binary: CifarFiles;
  /** Number of label bytes before each picture in binary files. */
  readonly labelBytes: number;
  readonly fine: CifarLabels;
  /** Null if there is only one kind of labels. */
  readonly coarse: (CifarLabels & { readonly binaryMeta: string }) | null;
}

const PUBLISHER = 'https://www.cs.toronto.edu/~kriz/';
const published = (file: string, md5: string): Published => ({ file, md5, mirrors: [PUBLISHER] });
const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const batches = (ending: string) => [1, 2, 3, 4, 5].map((n) => `data_batch_${n}${ending}`);

export const cifar10: CifarSet = {
  name: 'CIFAR10',
  python: {
    folder: 'cifar-10-batches-py',
    archive: published('cifar-10-python.tar.gz', 'c58f30108f718f92721af3b95e74349a'),
    train: batches(''),
    test: ['test_batch'],
    meta: 'batches.meta',
  },
  binary: {
    folder: 'cifar-10-batches-bin',
    archive: published('cifar-10-binary.tar.gz', 'c32a1d4ab5d03f1284b67883e8d87530'),
    train: batches('.bin'),
    test: ['test_batch.bin'],
    meta: 'batches.meta.txt',
  },
  labelBytes: 1,
  fine: {
    place: 0,
    key: 'labels',
    namesKey: 'label_names',
    classes: words('airplane automobile bird cat deer dog frog horse ship truck'),
  },
  coarse: null,
};

export const cifar100: CifarSet = {
  name: 'CIFAR100',
  python: {
    folder: 'cifar-100-python',
    archive: published('cifar-100-python.tar.gz', 'eb9058c3a382ffc7106e4002c42a8d85'),
    train: ['train'],
    test: ['test'],
    meta: 'meta',
  },
  binary: {
    folder: 'cifar-100-binary',
    archive: published('cifar-100-binary.tar.gz', '03b5dce01913d631647c71ecec9e9cb8'),
    train: ['train.bin'],
    test: ['test.bin'],
    meta: 'fine_label_names.txt',
  },
  labelBytes: 2,
  fine: {
    place: 1,
    key: 'fine_labels',
    namesKey: 'fine_label_names',
    classes: words(`
      apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle caterpillar cattle
      chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house
      kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange
      orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal
      shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger
      tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm`),
  },
  coarse: {
    place: 0,
    key: 'coarse_labels',
    namesKey: 'coarse_label_names',
    binaryMeta: 'coarse_label_names.txt',
    classes: words(`
      aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices household_furniture insects
      large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes large_omnivores_and_herbivores medium_mammals
      non-insect_invertebrates people reptiles small_mammals trees vehicles_1 vehicles_2`),
  },
};
