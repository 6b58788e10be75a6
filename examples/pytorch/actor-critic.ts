// PyTorch's example `actor_critic` in TypeScript: a policy that learns to balance a pole, and the value of each state beside it, by Adam.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { CartPole } from './cart-pole';

const F = nn.functional;
const { Categorical } = torch.distributions;

export const defaults = {
  gamma: 0.99,
  seed: 543,
  logInterval: 10,
  /** Ends when the running reward is above it; the environment's own is 475. */
  rewardThreshold: 475,
  /** Ends after so many episodes all the same. */
  episodes: Number.POSITIVE_INFINITY,
  /** Episodes are cut off after so many steps. */
  maxSteps: 9999,
};
type Args = typeof defaults;

interface SavedAction {
  readonly logProb: Tensor;
  readonly value: Tensor;
}

class Policy extends nn.Module {
  affine1 = new nn.Linear(4, 128);
  /** The actor's layer. */
  actionHead = new nn.Linear(128, 2);
  /** The critic's layer. */
  valueHead = new nn.Linear(128, 1);
  savedActions: SavedAction[] = [];
  rewards: number[] = [];
  forward(x: Tensor): [actionProb: Tensor, stateValues: Tensor] {
    x = F.relu(this.affine1(x));
    const actionProb = F.softmax(this.actionHead(x), -1);
    const stateValues = this.valueHead(x);
    return [actionProb, stateValues];
  }
}

const eps = torch.finfo(torch.float32).eps;

async function selectAction(model: Policy, state: Float32Array) {
  const [probs, value] = model(torch.tensor(state));
  const m = new Categorical(probs);
  const action = m.sample();
  model.savedActions.push({ logProb: m.logProb(action), value });
  return action.item();
}

function finishEpisode({ gamma }: Args, model: Policy, optimizer: optim.Adam) {
  let R = 0;
  const rewards: number[] = [];
  for (const r of model.rewards.toReversed()) {
    R = r + gamma * R;
    rewards.unshift(R);
  }
  let returns: Tensor = torch.tensor(rewards, { dtype: torch.float32 });
  returns = returns.sub(returns.mean()).div(returns.std().add(eps));
  const policyLosses: Tensor[] = [];
  const valueLosses: Tensor[] = [];
  for (const [i, { logProb, value }] of model.savedActions.entries()) {
    const R = returns.at(i);
    // Python reads the number, value.item(); detached, it need not leave the GPU.
    const advantage = R.sub(value.detach().squeeze());
    policyLosses.push(logProb.neg().mul(advantage));
    valueLosses.push(F.smoothL1Loss(value, R.unsqueeze(0)));
  }
  optimizer.zeroGrad();
  const loss = torch.stack(policyLosses).sum().add(torch.stack(valueLosses).sum());
  loss.backward();
  optimizer.step();
  model.rewards = [];
  model.savedActions = [];
}

/** Trains until the running reward is above the threshold; returns it and the number of episodes. */
export async function main(options: Partial<Args> = {}) {
  const args = { ...defaults, ...options };
  const env = new CartPole();
  env.reset({ seed: args.seed });
  torch.manualSeed(args.seed);

  const model = new Policy();
  const optimizer = new optim.Adam(model.parameters(), { lr: 3e-2 });
  let runningReward = 10;
  for (let episode = 1; ; episode++) {
    let [state] = env.reset();
    let episodeReward = 0;
    let t = 1;
    for (; t <= args.maxSteps; t++) {
      const action = await selectAction(model, state);
      const [next, reward, done] = env.step(action);
      state = next;
      model.rewards.push(reward);
      episodeReward += reward;
      if (done) break;
    }
    runningReward = 0.05 * episodeReward + (1 - 0.05) * runningReward;
    finishEpisode(args, model, optimizer);
    if (episode % args.logInterval === 0) {
      console.log(
        `Episode ${episode}\tLast reward: ${episodeReward.toFixed(2)}\tAverage reward: ${runningReward.toFixed(2)}`,
      );
    }
    if (runningReward > args.rewardThreshold) {
      console.log(
        `Solved! Running reward is now ${runningReward.toFixed(2)} and the last episode runs to ${t} time steps!`,
      );
      return { episode, runningReward };
    }
    if (episode === args.episodes) return { episode, runningReward };
  }
}
