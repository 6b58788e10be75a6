// The worker of data sets whose pictures are files.
import { serveCopies } from '../../../torch/inside';
import type { PictureFile } from './picture-file';
import { readPictureFile } from './read-picture-file';

serveCopies(() => (address) => readPictureFile(address as PictureFile));
