// Hands the microphone's samples to the page, 20 ms or so at a time. Keeps nothing.
registerProcessor('heed-voice', class extends AudioWorkletProcessor {
  constructor() {
    super()
    this.block = new Float32Array(1024)
    this.filled = 0
  }
  process([input]) {
    const samples = input?.[0]
    if (!samples) return true
    for (const sample of samples) {
      this.block[this.filled++] = sample
      if (this.filled < this.block.length) continue
      this.port.postMessage(this.block.slice())
      this.filled = 0
    }
    return true
  }
})
