// A tensor of three numbers.
import { tensor } from 'lamplight';

console.log(await tensor([1, 2, 3]).mul(2).sum().item());
