import { serve } from "../protocol/serve";
import { nullProvider } from "./null-resource";

void serve(nullProvider);
