// The operators that our layers can compute, if a node's attributes fit.
import { activationRules } from './activation';
import { convRules } from './conv';
import { groupNormRules } from './group-norm';
import type { Rule } from './layer';
import { linearRules } from './linear';
import { normRules } from './norm';
import { poolRules } from './pool';
import { recurrentRules } from './recurrent';

export const layerRules: Readonly<Record<string, Rule>> = {
  ...convRules,
  ...linearRules,
  ...normRules,
  ...groupNormRules,
  ...recurrentRules,
  ...activationRules,
  ...poolRules,
};
