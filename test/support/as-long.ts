// Imported before tests of `npm test`, it makes them take their tables and random programs as test/long does.
import { takeAsLong } from './sample';

takeAsLong();
