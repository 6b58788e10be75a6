// Imported before other tests, it makes them take every fifth case of their tables.
import { sampleOneIn } from './sample';

sampleOneIn(5);
