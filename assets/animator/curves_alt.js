// What the curves say, for who does not see them: in one sentence, and nothing of what is hidden.

import { decimals, fill } from "./format.js"

// `hidden`: the parts that are hidden, of which "loss" and "accuracy" are lines here.
export function curvesAlt(words, { epochs }, settings, hidden) {
  const last = epochs.at(-1)
  const say = (part, value) => (hidden.includes(part) ? words.hidden_value : decimals(value))
  return fill(words.chart_alt, {
    epoch: epochs.length, epochs: settings.num_epochs,
    train_loss: say("loss", last?.[1]), train_acc: say("accuracy", last?.[2]), test_acc: say("accuracy", last?.[3]),
  })
}
