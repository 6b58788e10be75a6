// What the options of data sets may be, so that they are checked before anything is read or downloaded.
import { callback, instance, orNull, whole } from '../../../engine/core/argument-kinds';
import { change } from './vision-dataset';

/** What changes items. */
export const transformKinds = { transform: change, targetTransform: change, transforms: change };

/** The options of data sets that can be downloaded. */
export const datasetKinds = {
  ...transformKinds,
  onProgress: orNull(callback),
  signal: orNull(instance(AbortSignal, 'an AbortSignal')),
  limit: orNull(whole(1)),
};
