"""Logistic regressions, for `logistic.json`.

Run with scikit-learn: python3 tests/data/logistic.py > tests/data/logistic.json
Columns are standardized by scikit-learn, and its coefficients polished by five Newton steps.
"""

import json, numpy as np, sklearn
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import roc_auc_score, log_loss, brier_score_loss
X,y=load_iris(return_X_y=True); X=X[50:]; y=(y[50:]==2)
Z=StandardScaler().fit_transform(X)
w=(np.arange(len(y))%3+1).astype(float)
out={"sklearn":sklearn.__version__,"points":X.tolist(),"labels":y.tolist(),"weights":w.tolist(),"cases":[]}
for ridge in (0.01,1.0,25.0):
    for weighted in (False,True):
        sw=w if weighted else None
        sc=StandardScaler().fit(X,sample_weight=sw); Z=sc.transform(X)
        m=LogisticRegression(C=1/ridge,solver='newton-cholesky',tol=1e-14,max_iter=10000).fit(Z,y,sample_weight=sw)
        # polish with Newton
        A=np.c_[Z,np.ones(len(y))]; b=np.r_[m.coef_[0],m.intercept_[0]]; W=sw if weighted else np.ones(len(y)); R=np.r_[np.full(4,ridge),0]
        for _ in range(5):
            p=1/(1+np.exp(-A@b)); H=(A*(W*p*(1-p))[:,None]).T@A+np.diag(R); b=b-np.linalg.solve(H,A.T@(W*(p-y))+R*b)
        assert np.allclose(b,np.r_[m.coef_[0],m.intercept_[0]],atol=1e-7)
        p=1/(1+np.exp(-A@b)); H=(A*(W*p*(1-p))[:,None]).T@A+np.diag(R)
        out["cases"].append(dict(ridge=ridge,weighted=weighted,coefficients=b[:4].tolist(),constant=b[4],errors=np.sqrt(np.diag(np.linalg.inv(H))).tolist(),first_chances=p[:5].tolist(),
          auc=roc_auc_score(y,p),log_loss=log_loss(y,p),brier=brier_score_loss(y,p)))
print(json.dumps(out))
