// PyTorch's example `reinforce` in TypeScript: a policy that learns to balance a pole from whole episodes, by Adam.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { CartPole } from './cart-pole';

const F = nn.functional;
const { Categorical } = torch.distributions;

export const defaults = {
  gamma: 0.99,
  seed: 543,
  logInterval: 10,
  dropout: 0.6,
  /** Ends when the running reward is above it; the environment's own is 475. */
  rewardThreshold: 475,
  /** Ends after so many episodes all the same. */
  episodes: Number.POSITIVE_INFINITY,
  /** Episodes are cut off after so many steps. */
  maxSteps: 9999,
};
type Args = typeof defaults;

class Policy extends nn.Module {
  affine1 = new nn.Linear(4, 128);
  dropout: nn.Dropout;
  affine2 = new nn.Linear(128, 2);
  savedLogProbs: Tensor[] = [];
  rewards: number[] = [];
  constructor({ dropout }: Args) {
    super();
    this.dropout = new nn.Dropout({ p: dropout });
  }
  forward(x: Tensor) {
    x = this.affine1(x);
    x = this.dropout(x);
    x = F.relu(x);
    const actionScores = this.affine2(x);
    return F.softmax(actionScores, 1);
  }
}

const eps = torch.finfo(torch.float32).eps;

async function selectAction(policy: Policy, state: Float32Array) {
  const probs = policy(torch.tensor(state).unsqueeze(0));
  const m = new Categorical(probs);
  const action = m.sample();
  policy.savedLogProbs.push(m.logProb(action));
  return action.item();
}

function finishEpisode({ gamma }: Args, policy: Policy, optimizer: optim.Adam) {
  let R = 0;
  const rewards: number[] = [];
  for (const r of policy.rewards.toReversed()) {
    R = r + gamma * R;
    rewards.unshift(R);
  }
  let returns: Tensor = torch.tensor(rewards, { dtype: torch.float32 });
  returns = returns.sub(returns.mean()).div(returns.std().add(eps));
  const losses = policy.savedLogProbs.map((logProb, i) => logProb.neg().mul(returns.at(i)));
  optimizer.zeroGrad();
  const policyLoss = torch.cat(losses).sum();
  policyLoss.backward();
  optimizer.step();
  policy.rewards = [];
  policy.savedLogProbs = [];
}

/** Trains until the running reward is above the threshold; returns it and the number of episodes. */
export async function main(options: Partial<Args> = {}) {
  const args = { ...defaults, ...options };
  const env = new CartPole();
  env.reset({ seed: args.seed });
  torch.manualSeed(args.seed);

  const policy = new Policy(args);
  const optimizer = new optim.Adam(policy.parameters(), { lr: 1e-2 });
  let runningReward = 10;
  for (let episode = 1; ; episode++) {
    let [state] = env.reset();
    let episodeReward = 0;
    let t = 1;
    for (; t <= args.maxSteps; t++) {
      const action = await selectAction(policy, state);
      const [next, reward, done] = env.step(action);
      state = next;
      policy.rewards.push(reward);
      episodeReward += reward;
      if (done) break;
    }
    runningReward = 0.05 * episodeReward + (1 - 0.05) * runningReward;
    finishEpisode(args, policy, optimizer);
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
