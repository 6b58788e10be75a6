// The valid values of data sets' options, checked before anything is read or downloaded.
import { kinds } from '../../../torch/inside';
import { change } from './vision-dataset';

/** The transforms of items. */
export const transformKinds = { transform: change, targetTransform: change, transforms: change };

/** The options of data sets that can be downloaded. */
export const datasetKinds = {
  ...transformKinds,
  onProgress: kinds.orNull(kinds.callback),
  signal: kinds.orNull(kinds.instance(AbortSignal, 'an AbortSignal')),
  limit: kinds.orNull(kinds.whole(1)),
};
