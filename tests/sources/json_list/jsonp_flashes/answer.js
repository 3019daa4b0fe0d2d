/**/ jQuery1102_17({
 "data": {
  "roll": [
   [
    {
     "id": 901,
     "title": "",
     "content": "【稀土精矿价格上调】两家公司同日公告。",
     "time": 1763796600,
     "share": "/d/901",
     "from": "某通讯社"
    }
   ],
   [
    {
     "id": 902,
     "title": "<em>镨钕</em>报价&nbsp;持平",
     "content": "<p>现货成交一般。</p>",
     "time": 1763796540000,
     "share": "",
     "from": "某通讯社"
    }
   ]
  ]
 }
});
