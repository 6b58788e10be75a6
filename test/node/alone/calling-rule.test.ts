// Walks a part of the functions, classes and methods of every door, each argument in turn replaced by what it cannot be; test/long has them all.
import { test } from 'vitest';
import { doors, walkApart, walkDoor } from '../../support/calling/doors';

walkApart();

test.each(doors)('%s', (door) => walkDoor(door, 8));
