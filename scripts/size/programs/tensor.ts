// A tensor of three numbers.
import { tensor } from 'lamplight';

const sum = tensor([1, 2, 3]).mul(2).sum();
void sum.item().then((value) => console.log(value));
