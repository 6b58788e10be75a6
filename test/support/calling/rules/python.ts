// Owns what the calls of python may take.
import type { Rules } from '.';

export const python: Rules = {
  doors: ['python'],
  reasons: [
    { why: 'an address, which may be any text', calls: /^python\.loadPython indexURL$/, takes: ["''", "'foo'"] },
    {
      why: 'an address, or null for the folder of indexURL',
      calls: /^python\.loadPython packageBaseUrl$/,
      takes: ['null', "''", "'foo'"],
    },
  ],
};
