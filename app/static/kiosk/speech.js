// Reading aloud, where the browser has a voice of the language.

const speech = globalThis.speechSynthesis;

function voiceOf(language) {
  const short = language.split("-")[0];
  return speech?.getVoices().find((voice) => voice.lang.toLowerCase().replace("_", "-").split("-")[0] === short);
}

/** Call `listener` now and whenever the voices change: some browsers load them late. */
export function onVoices(listener) {
  listener();
  speech?.addEventListener?.("voiceschanged", listener);
}

export const canSpeak = (language) => voiceOf(language) !== undefined;

export function speak(texts, language) {
  hush();
  for (const text of texts) {
    const said = new SpeechSynthesisUtterance(text);
    said.voice = voiceOf(language);
    said.lang = language;
    said.rate = 0.9;
    speech.speak(said);
  }
}

export function hush() {
  speech?.cancel();
}
