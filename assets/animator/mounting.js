// What Streamlit calls: `mount` at a component's first drawing and whenever its data change, `unmount` when it goes.

import { arrived, unlessLeaving } from "./leaving.js"

// `Stage`: made of the component's parent element, with `update(data)` and, where there is something to end, `leave()`.
export function mounting(Stage) {
  const stages = new WeakMap()

  function mount({ parentElement, data, setTriggerValue, setStateValue }) {
    let stage = stages.get(parentElement)
    // An update of the app puts another page in the place of the one that a stage was made of.
    if (!stage?.root.isConnected) {
      stage?.leave?.()
      stages.set(parentElement, (stage = new Stage(parentElement)))
      arrived()
    }
    stage.setTriggerValue = unlessLeaving(stage.root, setTriggerValue)
    stage.setStateValue = unlessLeaving(stage.root, setStateValue)
    stage.update(data)
  }

  // Streamlit calls this also of a component that stays, where new data came before it was through with the older.
  function unmount(parentElement) {
    if (parentElement.isConnected) return
    stages.get(parentElement)?.leave?.()
    stages.delete(parentElement)
  }

  return { mount, unmount }
}
