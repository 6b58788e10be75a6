// A worker that trains and posts its losses.
import { trainSmall } from './train-small';

trainSmall().then(
  (losses) => self.postMessage({ losses }),
  (error: Error) => self.postMessage({ error: error.message }),
);
