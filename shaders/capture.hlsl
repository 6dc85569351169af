// SPDX-License-Identifier: GPL-2.0-or-later
// One triangle over the whole target. Written for Direct3D 10's shader model 4, and so plainly that
// Wine's compiler takes it: no functions, no conditions.
Texture2D picture : register(t0);
SamplerState bilinear : register(s0);  // clamps at the edges

cbuffer Pass : register(b0) {
  float2 tap;  // a quarter of what one target pixel covers, in texture coordinates; 0: not scaled
  float2 unused;
};

struct Corner {
  float4 position : SV_Position;
  float2 at : TEXCOORD0;
};

Corner corner_main(uint index : SV_VertexID) {
  Corner corner;
  corner.at = float2(float(index & 1) * 2.0, float(index & 2));
  corner.position = float4(corner.at.x * 2.0 - 1.0, 1.0 - corner.at.y * 2.0, 0.0, 1.0);
  return corner;
}

// The mean of the pixels under a target pixel: exact up to 2:1, and smooth up to 4:1.
#define MEAN(at)                                               \
  (0.25 * (picture.Sample(bilinear, at + float2(-tap.x, -tap.y)) + \
           picture.Sample(bilinear, at + float2(tap.x, -tap.y)) +  \
           picture.Sample(bilinear, at + float2(-tap.x, tap.y)) +  \
           picture.Sample(bilinear, at + float2(tap.x, tap.y))))

float4 scale_main(Corner corner) : SV_Target { return MEAN(corner.at); }

// Linear scRGB (1.0 is 80 cd/m2) to BT.2020 primaries (ITU-R BT.2087) and SMPTE ST 2084.
float4 pq_main(Corner corner) : SV_Target {
  float3 light = MEAN(corner.at).rgb * 0.008;  // of 10000 cd/m2
  float3 wide = float3(dot(light, float3(0.62740390, 0.32928304, 0.04331307)),
                       dot(light, float3(0.06909729, 0.91954040, 0.01136232)),
                       dot(light, float3(0.01639144, 0.08801331, 0.89559525)));
  float3 y = pow(max(wide, 0.0), 0.1593017578125);
  float3 ratio = (0.8359375 + 18.8515625 * y) / (1.0 + 18.6875 * y);
  return float4(pow(ratio, 78.84375), 1.0);
}
