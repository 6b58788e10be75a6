// What Python's `photograph`, `textures`, `pretrained` and `efficientnet_lite0` ask for.
import { vision } from 'lamplight';
import { type PhotographName, photographOf } from '../../photographs/photographs';
import { pretrainedOf } from '../../photographs/pretrained';
import { texturesOf } from '../../photographs/textures';

/** `site`: the address of something of the site. */
export function photographs(site: (path: string) => string) {
  const pretrained = () => pretrainedOf(site('data/networks/'), 'efficientnetLite0');
  return {
    photograph: (name: PhotographName) => photographOf(site('data/photographs/'), name),
    textures: (train: boolean) => texturesOf(site('data/textures/'), { train }),
    pretrained: async () => {
      const { weights, names, prepare } = await pretrained();
      const model = await vision.models.efficientnetLite0({ weights });
      return { model: model.eval(), names, prepare };
    },
  };
}
