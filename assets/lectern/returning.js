// Tells when the connection is there again that was lost. What the server said meanwhile is lost too, and Streamlit asks
// for it anew only where it knew that there was something to come.

const APP = '[data-testid="stApp"]'
const STATE = "data-test-connection-state"

// Calls `again` each time; returns how to end it.
export function onReturn(again) {
  const app = document.querySelector(APP)
  let lost = false
  const observer = new MutationObserver(() => {
    const there = app.getAttribute(STATE) === "CONNECTED"
    if (there && lost) again()
    lost = !there
  })
  observer.observe(app, { attributeFilter: [STATE] })
  return () => observer.disconnect()
}
