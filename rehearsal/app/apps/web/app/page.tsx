import { Workplace } from "../components/workplace";

export default function Page() {
  return <Workplace />;
}
