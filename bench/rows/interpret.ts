// Rows of explaining networks: a method of `lamplight/interpret`, and the same as a loop that whoever knows PyTorch writes.
import * as torch from 'lamplight';
import { type nn, type Tensor, vision } from 'lamplight';
import { IntegratedGradients, NoiseTunnel, Occlusion, Saliency } from 'lamplight/interpret';
import { ComplexCNNModel } from '../../demos/mnist/models';
import type { ExplainedRow } from './row';

const target = 3;

/** A network with PyTorch's first weights, and one image of it. */
function opened<M extends nn.Module>(build: () => M, shape: readonly number[]): { model: M; x: Tensor } {
  torch.manualSeed(0);
  const x = torch.rand(shape);
  const model = build();
  torch.noGrad(() => (model as unknown as nn.UnaryModule)(x));
  return { model: model.eval(), x };
}

/** The gradient of the target's score by the image. */
function gradient(model: nn.UnaryModule, x: Tensor): Tensor {
  const point = x.detach().requiresGrad_();
  return torch.autograd.grad(model(point).at(0, target), point)[0]!;
}

const mnist = () => opened(() => new ComplexCNNModel(), [1, 1, 28, 28]);

const nSteps = 50;

const integratedGradients: ExplainedRow = {
  kind: 'explained',
  name: 'integrated-gradients',
  title: `IntegratedGradients of ComplexCNN, ${nSteps} steps`,
  tolerance: 1e-3,
  goal: 3,
  open() {
    const { model, x } = mnist();
    const method = new IntegratedGradients(model);
    return {
      lamplight: () => method.attribute(x, { target, nSteps, method: 'riemann_middle' }),
      'plain-loop'() {
        let sum = torch.zerosLike(x);
        for (let i = 0; i < nSteps; i++) sum = sum.add(gradient(model, x.mul((i + 0.5) / nSteps)));
        return sum.div(nSteps).mul(x);
      },
    };
  },
};

const WINDOW = 3;

const occlusion: ExplainedRow = {
  kind: 'explained',
  name: 'occlusion',
  title: `Occlusion ${WINDOW}×${WINDOW} of ComplexCNN`,
  tolerance: 1e-3,
  goal: 3,
  open() {
    const { model, x } = mnist();
    const method = new Occlusion(model);
    return {
      lamplight: () => method.attribute(x, { target, slidingWindowShapes: [1, WINDOW, WINDOW] }),
      'plain-loop': () =>
        torch.noGrad(() => {
          const score = model(x).at(0, target);
          const [sums, counts] = [torch.zerosLike(x), torch.zerosLike(x)];
          for (let top = 0; top + WINDOW <= x.shape[2]!; top++) {
            for (let left = 0; left + WINDOW <= x.shape[3]!; left++) {
              const window = [0, 0, `${top}:${top + WINDOW}`, `${left}:${left + WINDOW}`] as const;
              const covered = x.clone();
              covered.at(...window).fill_(0);
              sums.at(...window).add_(score.sub(model(covered).at(0, target)));
              counts.at(...window).add_(1);
            }
          }
          return sums.div(counts);
        }),
    };
  },
};

const ntSamples = 10;

const smoothGrad: ExplainedRow = {
  kind: 'explained',
  name: 'smoothgrad',
  title: `SmoothGrad of ResNet-18, 64², ${ntSamples} samples`,
  tolerance: 1e-3,
  goal: 1,
  open() {
    const { model, x } = opened(() => vision.models.resnet18(), [1, 3, 64, 64]);
    const stdevs = 0.1;
    const method = new NoiseTunnel(new Saliency(model));
    return {
      lamplight() {
        torch.manualSeed(1);
        return method.attribute(x, { target, ntSamples, stdevs });
      },
      'plain-loop'() {
        torch.manualSeed(1);
        let sum = torch.zerosLike(x);
        for (let i = 0; i < ntSamples; i++) {
          sum = sum.add(gradient(model, x.add(torch.randn(x.shape).mul(stdevs))).abs());
        }
        return sum.div(ntSamples);
      },
    };
  },
};

export const interpretRows: readonly ExplainedRow[] = [integratedGradients, occlusion, smoothGrad];
