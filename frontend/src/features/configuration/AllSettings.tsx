import { HowItWatches } from "./panels/HowItWatches";
import { HowMany } from "./panels/HowMany";
import { TheBrowser } from "./panels/TheBrowser";
import { WhatFirst } from "./panels/WhatFirst";
import { WhatToDo } from "./panels/WhatToDo";
import { When } from "./panels/When";
import { WhichJobs } from "./panels/WhichJobs";

/** Every setting, in groups; the ones that most people need are in sight, the others a press away. */
export function AllSettings() {
  return (
    <>
      <WhatToDo />
      <WhichJobs />
      <When />
      <HowMany />
      <WhatFirst />
      <HowItWatches />
      <TheBrowser />
    </>
  );
}
