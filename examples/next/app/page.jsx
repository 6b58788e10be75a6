// Rendered on the server, where models can be made and printed without a device.
import { nn } from 'lamplight';
import Training from './training.jsx';

export default function Page() {
  return (
    <>
      <p id="server">{`${new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU())}`}</p>
      <Training />
    </>
  );
}
