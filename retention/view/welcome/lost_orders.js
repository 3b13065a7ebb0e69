// Says which orders this tab had before it was loaded anew, or that another tab has some.
// Names stay in the browser, and are shown as text only.
export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".notice")
  const part = name => parentElement.querySelector("." + name)
  const read = () => {
    try { return JSON.parse(sessionStorage.getItem("ordersOfThisTab")) } catch { return null }
  }
  const record = read()
  const others = []
  const channel = new BroadcastChannel("ordersOfTabs")
  channel.onmessage = ({ data: said }) => {
    if (said.name && said.page !== window.pageOfTab) others.push(said)
  }
  channel.postMessage({ who: true })

  const ways = {
    file: `This page was loaded anew, and no copy of your file is kept. ${data.choose}`,
    path: `This page was loaded anew, and no copy of your file is kept. ${data.choose}`,
    table: "This page was loaded anew. Open the table again under “Your warehouse”.",
  }
  const show = (head, words, again) => {
    part("head").textContent = head
    part("words").textContent = words
    part("again").hidden = !again
    part("again").textContent = again ?? ""
    box.hidden = false
  }
  const waiting = setTimeout(() => {
    const isHere = record && others.every(other => other.tab !== record.tab)
    if (isHere) {
      const isSample = record.kind === "store" || record.kind === "cdnow"
      const work = record.work ? ` ${record.work} went with it. “Open my work” on the first ` +
        "page brings back what you saved to a file." : ""
      const canOpen = isSample || (record.kind === "path" && data.paths)
      const words = canOpen ? "This page was loaded anew, and orders stay only as long as it is open."
        : ways[record.kind] ?? ways.file
      show(`${record.name} is no longer loaded.`, words + work,
        canOpen ? (isSample ? "Load it again" : "Open it again") : null)
    } else if (others.length) {
      show(`${others[0].name} is loaded in another tab, which keeps it.`,
        "Each tab has orders of its own. Load the same ones here, or others.", null)
    }
  }, 400)
  part("again").onclick = () => {
    part("again").disabled = true
    setTriggerValue("again", { kind: record.kind, path: record.path ?? "" })
  }
  part("close").onclick = () => {
    if (record) sessionStorage.removeItem("ordersOfThisTab")
    box.hidden = true
  }
  return () => { clearTimeout(waiting); channel.close() }
}
