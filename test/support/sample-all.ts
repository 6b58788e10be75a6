// Imported before other tests, it makes them take every case of their tables.
import { sampleAll } from './sample';

sampleAll();
