// A worker that explains and posts what it found.
import { explainSmall } from './explain-small';

explainSmall().then(
  (maps) => self.postMessage({ maps }),
  (error: Error) => self.postMessage({ error: error.message }),
);
