// A run's chart as a picture: drawn by Plotly in the browser, from the figure that the server makes of the whole run.

import { plotly } from "../animator/plotted.js"

// `address`: of the figure as JSON; `format`: "png", which is drawn at twice its size, or "svg". Fails where the server
// does not answer.
export async function saveChart(address, format, name) {
  const [Plotly, answer] = await Promise.all([plotly(), fetch(address)])
  if (!answer.ok) throw new Error(await answer.text())
  const { data, layout } = await answer.json()
  const { width, height } = layout
  return Plotly.downloadImage({ data, layout }, { format, filename: name, width, height, scale: format === "png" ? 2 : 1 })
}
