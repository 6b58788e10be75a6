// Walks every function, class and method of every door, each argument in turn replaced by what it cannot be.
import { test } from 'vitest';
import { doors, walkApart, walkDoor } from '../../support/calling/doors';

walkApart();

test.each(doors)('%s', (door) => walkDoor(door, 1));
