// Imported before other tests, it makes them take every third case of their fixtures.
import { sampleEvery } from './sample';

sampleEvery(3);
