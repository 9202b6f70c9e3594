// Looks for the server again, and goes on where one was as soon as it answers. The rest of the editor is not here to help.
const everyMs = 5_000
const kept = (name) => {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}
const isChinese = (kept('heed.language') ?? navigator.language.toLowerCase()).startsWith('zh')
const words = isChinese
  ? {
      title: '现在连不上 Heed',
      body: '这台设备没有网络，或者运行 Heed 的机器不在。在恢复之前，无法知道摄像头是否有人看着。',
      again: '再试一次',
      since: (time) => `自 ${time} 起连不上，每 5 秒重试一次。`,
    }
  : {
      title: document.querySelector('h1').textContent,
      body: document.querySelector('p').textContent,
      again: document.querySelector('button').textContent,
      since: (time) => `Out of reach since ${time}. Heed is looked for every 5 s.`,
    }
const time = new Date().toLocaleTimeString(isChinese ? 'zh-CN' : undefined, { hour: '2-digit', minute: '2-digit' })

const theme = kept('mantine-color-scheme-value')
if (theme === 'light' || theme === 'dark') document.documentElement.style.colorScheme = theme
document.documentElement.lang = isChinese ? 'zh-CN' : 'en'
document.querySelector('h1').textContent = words.title
document.querySelector('p').textContent = words.body
document.querySelector('#again').textContent = words.again
document.querySelector('#since').textContent = words.since(time)
if (isChinese) document.title = words.title

async function look() {
  try {
    await fetch('/api/health', { cache: 'no-store' })
    location.reload()
  } catch {
    // Still away; the next look is on its way.
  }
}

document.querySelector('#again').addEventListener('click', () => location.reload())
addEventListener('online', () => void look())
setInterval(() => void look(), everyMs)
