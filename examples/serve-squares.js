// The worker of the squares.
import { data } from 'lamplight';
import { Squares } from './squares.js';

data.serve(new Squares(5));
